/** The configuration that a simulator starts with when it is given none. */
export const DEFAULT_CONFIG = `<config version="11.1.0" urldb="paloaltonetworks">
  <mgt-config><users><entry name="admin"><permissions><role-based><superuser>yes</superuser></role-based></permissions></entry></users></mgt-config>
  <shared/>
  <devices><entry name="localhost.localdomain">
    <network><interface><ethernet>
      <entry name="ethernet1/1"><layer3/></entry>
      <entry name="ethernet1/2"><layer3/></entry>
    </ethernet></interface></network>
    <deviceconfig><system><hostname>PA-VM</hostname></system></deviceconfig>
    <vsys><entry name="vsys1">
      <import><network><interface><member>ethernet1/1</member><member>ethernet1/2</member></interface></network></import>
      <zone>
        <entry name="untrust"><network><layer3><member>ethernet1/1</member></layer3></network></entry>
        <entry name="trust"><network><layer3><member>ethernet1/2</member></layer3></network></entry>
      </zone>
      <address/><address-group/><service/><service-group/><tag/>
      <profile-group><entry name="default-profiles">
        <virus><member>default</member></virus>
        <spyware><member>default</member></spyware>
        <vulnerability><member>default</member></vulnerability>
      </entry></profile-group>
      <log-settings><profiles><entry name="default-logging"><match-list/></entry></profiles></log-settings>
      <rulebase><security><rules>
        <entry name="cleanup">
          <to><member>any</member></to><from><member>any</member></from>
          <source><member>any</member></source><destination><member>any</member></destination>
          <application><member>any</member></application><service><member>any</member></service>
          <action>deny</action><log-end>yes</log-end>
        </entry>
      </rules></security></rulebase>
    </entry></vsys>
  </entry></devices>
</config>
`;
